// Imported first: what this file starts is run from its sources, as its own programs are, which import what is beside them.
Reflect.deleteProperty(globalThis, 'COMPILED_PROGRAMS');
