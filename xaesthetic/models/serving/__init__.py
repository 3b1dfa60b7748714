"""Models that run in another process, in their own framework: starting their servers and speaking to them.

The protocol is the Open Inference Protocol v2, REST with binary tensors. `docker/caffe` holds the server for Caffe.
"""
