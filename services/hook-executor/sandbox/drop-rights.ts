/** Gives up, for the rest of the process's life, the rights that only its start needed: to load isolated-vm, to read its code and to seal it. */
export function dropRights(): void {
  for (const right of ['addon', 'ffi', 'fs.read']) process.permission.drop(right);
}
