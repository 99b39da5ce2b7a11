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
  kubeconfig: (name: string) => `/api/clusters/${encodeURIComponent(name)}/kubeconfig`,
  health: () => '/health',
  layers: () => '/health/layers',
  alerts: () => '/alerts',
  infrastructure: () => '/infrastructure',
  users: () => '/users',
  settings: () => '/settings',
  login: () => '/login',
  setup: () => '/setup',
} as const;

/** Id of a form field by its property, usable in `#fragments` and labels. */
export const fieldId = (property: string): string => `field${property.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`;
