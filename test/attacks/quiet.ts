// Imported first: the executor's log tells of every sandbox process that an attack ended.
process.env.LOG_LEVEL ??= 'silent';
