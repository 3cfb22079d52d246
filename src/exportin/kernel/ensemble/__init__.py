"""Many runs of one task: chunks of an index range, executors, run folders that resume, summaries that stream."""
