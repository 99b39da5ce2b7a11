/** The only place that spells addresses of pages. */
export const links = {
  products: () => '/',
  product: (slug: string, form?: string) => (form ? `/products/${slug}/${form}` : `/products/${slug}`),
  field: (slug: string, form: string, property: string | null) =>
    `/products/${slug}/${form}${property ? `#${fieldId(property)}` : ''}`,
  productStatus: (slug: string) => `/products/${slug}/status`,
  productCredentials: (slug: string) => `/products/${slug}/credentials`,
  upload: (upload: string) => `/import/${upload}`,
  apply: () => '/apply',
  installation: (id: number) => `/installations/${id}`,
  task: (id: number) => `/tasks/${id}`,
  activity: () => '/activity',
  clusters: () => '/clusters',
  createCluster: () => '/create-cluster',
  cluster: (name: string) => `/clusters/${encodeURIComponent(name)}`,
  clusterWorkloads: (name: string) => `/clusters/${encodeURIComponent(name)}/workloads`,
  clusterSamples: (name: string) => `/clusters/${encodeURIComponent(name)}/samples`,
  clusterTimeline: (name: string) => `/clusters/${encodeURIComponent(name)}/timeline`,
  kubeconfig: (name: string) => `/api/clusters/${encodeURIComponent(name)}/kubeconfig`,
  sampleFile: (cluster: string, sample: string, kind: 'yaml' | 'postman') =>
    `/api/samples/${encodeURIComponent(cluster)}/${sample}/${kind}`,
  health: () => '/health',
  layers: () => '/health/layers',
  alerts: () => '/alerts',
  channels: () => '/channels',
  drills: () => '/drills',
  newDrill: (cluster?: string, kind?: string) => `/drills/new${queryOf({ cluster, kind })}`,
  drill: (id: number) => `/drills/${id}`,
  drillReport: (id: number) => `/drills/${id}/report`,
  walkThrough: (cluster?: string) => `/drills/walk-through${queryOf({ cluster })}`,
  infrastructure: (search?: string) => `/infrastructure${queryOf({ search })}`,
  processes: (instance: string) => `/infrastructure/${instance}`,
  users: () => '/users',
  settings: () => '/settings',
  login: () => '/login',
  setup: () => '/setup',
} as const;

/** `?name=value` of what is given; nothing without. */
function queryOf(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Id of a form field by its property, usable in `#fragments` and labels. */
export const fieldId = (property: string): string => `field${property.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`;
