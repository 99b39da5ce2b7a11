import { ELASTICSEARCH } from '#stemcell/lines.ts';
import { CUSTOMER_REQUESTS, GET_CUSTOMER_1 } from './customer-requests.ts';
import { claimFile, nodePortFile } from './manifest-files.ts';
import type { Sample } from './sample.ts';

/** The application of the high-availability walk-through, the real one. */
export const elasticsearch: Sample = {
  id: 'elasticsearch',
  name: 'Elasticsearch',
  description: `Elasticsearch ${ELASTICSEARCH.version}, one node with its data on a volume. Takes about 400 MiB of a worker; its image is made the first time it is asked for.`,
  image: { repository: 'elasticsearch', version: ELASTICSEARCH.version },
  onRequest: true,
  files: (image) => [
    { name: 'persistent-volume-claim-es.yml', content: claimFile('elasticsearch-data') },
    { name: 'es-svc.yml', content: nodePortFile('elasticsearch', 9200) },
    { name: 'es-deployment.yml', content: deployment(image) },
  ],
  namespace: 'default',
  keeper: { kind: 'Deployment', name: 'elasticsearch' },
  service: 'elasticsearch',
  requests: CUSTOMER_REQUESTS,
  dataCheck: GET_CUSTOMER_1,
  readyWithinSeconds: 300,
};

const deployment = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: elasticsearch
spec:
  replicas: 1
  # two pods must not write to one volume
  strategy:
    type: Recreate
  selector:
    matchLabels:
      app: elasticsearch
  template:
    metadata:
      labels:
        app: elasticsearch
    spec:
      terminationGracePeriodSeconds: 10
      # Elasticsearch refuses to run as root
      securityContext:
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
      containers:
        - name: elasticsearch
          image: ${image}
          imagePullPolicy: IfNotPresent
          ports:
            - containerPort: 9200
          readinessProbe:
            httpGet:
              path: /_cluster/health?local=true
              port: 9200
            periodSeconds: 1
            timeoutSeconds: 3
          resources:
            requests:
              cpu: 100m
              memory: 400Mi
            limits:
              memory: 700Mi
          volumeMounts:
            - name: data
              mountPath: /data
            - name: tmp
              mountPath: /tmp
            - name: logs
              mountPath: /es/logs
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: elasticsearch-data
        - name: tmp
          emptyDir: {}
        - name: logs
          emptyDir: {}
`;
