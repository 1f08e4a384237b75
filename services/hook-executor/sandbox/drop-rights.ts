/** Gives up, for the rest of the process's life, the rights that only its start needed: to load isolated-vm and to read its code. */
export function dropRights(): void {
  for (const right of ['addon', 'fs.read']) process.permission.drop(right);
}
