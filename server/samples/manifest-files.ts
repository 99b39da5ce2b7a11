/** A claim on a volume of the datastore, which every node mounts. */
export const claimFile = (name: string): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  storageClassName: datastore
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      storage: 1Gi
`;

/** A Service for the pods labelled `app: <name>` that answers on a port of every node. */
export const nodePortFile = (name: string, port: number): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  type: NodePort
  selector:
    app: ${name}
  ports:
    - protocol: TCP
      port: ${port}
      targetPort: ${port}
`;
