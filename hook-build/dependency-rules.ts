import semver from 'semver';
import validateName from 'validate-npm-package-name';

const MAX_NAME_LENGTH = 214;
const MAX_VERSION_LENGTH = 256;
// Beyond npm's rule: no scope that is a folder's name for another folder.
const NAME = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/i;
const TAG = /^[a-z][\w.-]*$/i;

/** Whether a registry can have a module of that name. npm's rule, with the names it keeps for old modules. */
export function isModuleName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && NAME.test(name) && validateName(name).validForOldPackages;
}

/** Whether it is a version, a range or a tag: nothing that is an address, a folder, a repository or another module. */
export function isVersionOrTag(text: string): boolean {
  return text.length <= MAX_VERSION_LENGTH && (semver.validRange(text, { loose: true }) !== null || TAG.test(text));
}
