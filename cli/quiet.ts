// Imported first: standard output is the command's own, and the executor logs there. LOG_LEVEL=warn shows its log all the same.
process.env.LOG_LEVEL ??= 'silent';
