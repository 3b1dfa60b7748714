cd /tmp/d; export PYTHONPATH=$PWD:$PWD/baselines:$PWD/reports OMP_NUM_THREADS=1
exec nice /work/main/.venv/bin/python -m pytest -q -p no:cacheprovider "$@"
