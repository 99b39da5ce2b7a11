import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { SampleFile } from './sample.ts';

/** Where objects of a kind are kept. */
const COLLECTIONS: Record<string, string> = {
  'v1/Service': '/api/v1/namespaces/NS/services',
  'v1/ReplicationController': '/api/v1/namespaces/NS/replicationcontrollers',
  'v1/PersistentVolumeClaim': '/api/v1/namespaces/NS/persistentvolumeclaims',
  'apps/v1/Deployment': '/apis/apps/v1/namespaces/NS/deployments',
};

const KubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

export type PlacedObject = { kind: string; name: string; path: string; body: unknown };

/** The objects of YAML files with the path of each in the API. */
export function placeObjects(files: readonly SampleFile[], namespace: string): PlacedObject[] {
  return files.flatMap((file) =>
    parseAllDocuments(file.content).map((document) => {
      const body = KubeObject.parse(document.toJS());
      return {
        kind: body.kind,
        name: body.metadata.name,
        path: `${collectionOf(body.apiVersion, body.kind, namespace)}/${body.metadata.name}`,
        body,
      };
    }),
  );
}

/** Path of the collection that holds objects of a kind. */
export function collectionOf(apiVersion: string, kind: string, namespace: string): string {
  const collection = COLLECTIONS[`${apiVersion}/${kind}`];
  if (collection === undefined)
    throw new TesseraError('invalid_input', `No sample may hold a ${kind} (${apiVersion}).`);
  return collection.replace('NS', namespace);
}
