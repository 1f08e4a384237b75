/** Imported first: the services' own code says nothing in between the results of the tests. */
process.env.LOG_LEVEL ??= 'silent';
