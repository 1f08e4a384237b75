// Run by the official MongoDB image at the first start of its data folder: one role and one user for each service that needs the store.
// Another tenant, or a role that a release changes: run it again with mongosh, as the owner.
const { readFileSync } = require('node:fs');

const roles = JSON.parse(readFileSync('/etc/hookmint/mongodb-roles.json', 'utf8'));
const database = `hookmint_${process.env.HOOKMINT_TENANT}`;
const target = db.getSiblingDB(database);
/** Tenants that the operator makes have databases of their own with the same collections. */
const isHosting = process.env.HOOKMINT_OPERATOR_API === 'on';
const admin = db.getSiblingDB('admin');
for (const [name, collections] of Object.entries(roles)) {
  const privileges = Object.entries(collections).map(([collection, actions]) => ({
    resource: { db: database, collection },
    actions,
  }));
  const granted = [{ role: name, db: database }];
  if (isHosting) {
    const everywhere = { role: `${database}_${name}`, db: 'admin' };
    const actionsOf = {
      ...collections,
      ...(name === 'management' ? { '': [...collections[''], 'dropDatabase'] } : {}),
    };
    const reach = Object.entries(actionsOf).map(([collection, actions]) => ({
      resource: { db: '', collection },
      actions,
    }));
    if (admin.getRole(everywhere.role) === null)
      admin.createRole({ role: everywhere.role, privileges: reach, roles: [] });
    else admin.updateRole(everywhere.role, { privileges: reach, roles: [] });
    granted.push(everywhere);
  }
  const password = readFileSync(`/run/secrets/${name}`, 'utf8');
  if (target.getRole(name) === null) target.createRole({ role: name, privileges, roles: [] });
  else target.updateRole(name, { privileges, roles: [] });
  if (target.getUser(name) === null) target.createUser({ user: name, pwd: password, roles: granted });
  else target.updateUser(name, { pwd: password, roles: granted });
}
