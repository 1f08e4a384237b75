// Imported first: the executor would log to standard output, which belongs to the command. LOG_LEVEL=warn shows its log.
process.env.LOG_LEVEL ??= 'silent';
