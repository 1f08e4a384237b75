import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BSON, type Db, type IndexDescription } from 'mongodb';

/**
 * Writes a database into a folder in the format of mongodump: for each collection its documents in BSON, one after the other, and its
 * indexes. For tests: MongoDB's own tools are in no package registry that they could be had from.
 */
export async function dumpDatabase(db: Db, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name } of await db.listCollections({ type: 'collection' }).toArray()) {
    if (name.startsWith('system.')) continue;
    const collection = db.collection(name);
    const documents = await collection.find({}, { promoteValues: false }).toArray();
    const indexes = await collection.indexes();
    writeFileSync(join(folder, `${name}.bson`), Buffer.concat(documents.map((document) => BSON.serialize(document))));
    writeFileSync(
      join(folder, `${name}.metadata.json`),
      BSON.EJSON.stringify({ collectionName: name, type: 'collection', indexes }, { relaxed: false }),
    );
  }
}

/** Puts what {@link dumpDatabase} or mongodump wrote into an empty database, as mongorestore does. */
export async function restoreDatabase(db: Db, folder: string): Promise<void> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.bson'))) {
    const name = file.slice(0, -'.bson'.length);
    const collection = await db.createCollection(name);
    const bytes = readFileSync(join(folder, file));
    const documents: BSON.Document[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
      const document = bytes.subarray(at, at + bytes.readInt32LE(at));
      documents.push(BSON.deserialize(document, { promoteValues: false }));
    }
    if (documents.length > 0) await collection.insertMany(documents);
    const metadata = readFileSync(join(folder, `${name}.metadata.json`), 'utf8');
    const { indexes } = BSON.EJSON.parse(metadata) as { indexes: IndexDescription[] };
    const own = indexes.filter((index) => index.name !== '_id_');
    if (own.length > 0) await collection.createIndexes(own);
  }
}
