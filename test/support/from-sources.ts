// Imported first: what this file starts of hookmint is run from its sources, as in a container. So it must be where it is a program of the
// tests, which imports what is beside it, the hook-builder, which `npm start` has no program of, or of another release.
Reflect.deleteProperty(globalThis, 'COMPILED_PROGRAMS');
