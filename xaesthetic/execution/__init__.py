"""Who computes the chunks of a stage: executors, which `xaesthetic.run.stage` gets as an argument."""
