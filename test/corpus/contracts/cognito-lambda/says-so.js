const kind = 'handler';
exports[kind] = async (event) => event;
