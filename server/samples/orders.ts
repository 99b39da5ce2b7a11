import { ORDERS_VERSION } from '#stemcell/lines.ts';
import { CUSTOMER_REQUESTS, GET_CUSTOMER_1 } from './customer-requests.ts';
import { claimFile, nodePortFile } from './manifest-files.ts';
import type { Sample } from './sample.ts';

/** The stand-in of Elasticsearch for small machines: same requests, same volume, a hundredth of the memory. */
export const orders: Sample = {
  id: 'orders',
  name: 'Orders',
  description:
    'A light stand-in of Elasticsearch: the same requests, data on a volume that follows its pod from node to node, 16 MiB of memory.',
  image: { repository: 'orders', version: ORDERS_VERSION },
  onRequest: false,
  files: (image) => [
    { name: 'persistent-volume-claim-orders.yml', content: claimFile('orders-data') },
    { name: 'orders-svc.yml', content: nodePortFile('orders', 9200) },
    { name: 'orders-deployment.yml', content: deployment(image) },
  ],
  namespace: 'default',
  keeper: { kind: 'Deployment', name: 'orders' },
  service: 'orders',
  requests: CUSTOMER_REQUESTS,
  dataCheck: GET_CUSTOMER_1,
  readyWithinSeconds: 120,
};

const deployment = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  replicas: 1
  # two pods must not write to one volume
  strategy:
    type: Recreate
  selector:
    matchLabels:
      app: orders
  template:
    metadata:
      labels:
        app: orders
    spec:
      terminationGracePeriodSeconds: 5
      securityContext:
        runAsUser: 65534
      containers:
        - name: orders
          image: ${image}
          imagePullPolicy: IfNotPresent
          ports:
            - containerPort: 9200
          readinessProbe:
            httpGet:
              path: /
              port: 9200
            periodSeconds: 1
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 32Mi
          volumeMounts:
            - name: data
              mountPath: /data
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: orders-data
`;
