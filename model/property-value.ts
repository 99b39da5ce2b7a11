import {
  AUTOMATIC,
  type Choices,
  isCredential,
  type NumberLimits,
  type PropertyBlueprint,
  type PropertyType,
  selectedOption,
} from './property.ts';

/**
 * Values of properties in the shapes om sends them: `normaliseValue` brings them to one spelling, `faultOfValue` says in one sentence
 * what is wrong and what to do. The same code runs in browser and server. Credentials and collections are taken apart in form.ts.
 */

/** Longest text a rule of a tile is tried on; keeps a slow regular expression of a product file short. */
const RULE_TEXT_MAX = 10_000;

/** Brings a value to its stored spelling: text trimmed, numbers and booleans typed, lists without blanks. Wrong values come back unchanged. */
export function normaliseValue(blueprint: PropertyBlueprint, value: unknown): unknown {
  switch (blueprint.type) {
    case 'integer':
    case 'port':
      return typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : blankToNull(value);
    case 'boolean':
      if (value === 'true') return true;
      return value === 'false' ? false : blankToNull(value);
    case 'multi_select_options':
    case 'service_network_az_multi_select':
      return Array.isArray(value)
        ? value.filter((name) => name !== null && name !== '').map(String)
        : blankToNull(value);
    case 'string_list':
    case 'network_address_list':
    case 'ip_ranges':
      return splitList(value)?.join(',') ?? blankToNull(value);
    case 'selector':
      return selectedOption(blueprint, value)?.select_value ?? value;
    case 'vm_type_dropdown':
    case 'disk_type_dropdown':
      return isBlank(value) ? AUTOMATIC : String(value);
    case 'text':
    case 'ca_certificate':
      return typeof value === 'string' ? blankToNull(value.replaceAll('\r\n', '\n').trim()) : value;
    default:
      if (isCredential(blueprint.type) || blueprint.type === 'collection') return value;
      return typeof value === 'string' || typeof value === 'number'
        ? blankToNull(String(value).trim())
        : blankToNull(value);
  }
}

export const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Comma separated text or an array as a list of trimmed words; null when it is neither. */
export function splitList(value: unknown): string[] | null {
  if (Array.isArray(value)) return value.map((word) => String(word).trim()).filter((word) => word !== '');
  if (typeof value !== 'string') return null;
  return value
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** First fault of a normalised, non-blank value as the end of a sentence whose subject is the field's label; null when it is good. */
export function faultOfValue(blueprint: PropertyBlueprint, value: unknown, choices: Choices): string | null {
  if (typeof value === 'string' && /\(\(\s*[/.$\w]/.test(value) && value.includes('))')) {
    return 'must not hold a ((reference)): type the value itself';
  }
  return CHECKS[blueprint.type](value, blueprint, choices) ?? faultOfRules(blueprint, value);
}

type Check = (value: unknown, blueprint: PropertyBlueprint, choices: Choices) => string | null;

const text =
  (pattern: RegExp, message: string): Check =>
  (value) => {
    if (typeof value !== 'string') return 'must be text';
    if (/\s/.test(value)) return 'must not contain spaces: remove them';
    return pattern.test(value) ? null : message;
  };
const anyText: Check = (value) => (typeof value === 'string' ? null : 'must be text');
const taken: Check = () => null;

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$/;
const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/;
const PEM_CERTIFICATES = /^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\s*)+$/;

export const isAddress = (value: string): boolean => IPV4.test(value) || IPV6.test(value);

const host: Check = text(HOST, 'must be a host name in lower case, such as api.pks.example.com');
const address: Check = (value, blueprint, choices) =>
  typeof value === 'string' && isAddress(value) ? null : host(value, blueprint, choices);
const ip: Check = (value) =>
  typeof value === 'string' && isAddress(value) ? null : 'must be an IP address, such as 10.0.0.5';
const url = (schemes: string[]): Check => {
  const pattern = new RegExp(`^(${schemes.join('|')})://[^\\s/]+`);
  return text(pattern, `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
};
const listOf =
  (check: Check): Check =>
  (value, blueprint, choices) => {
    for (const word of splitList(value) ?? []) {
      const fault = check(word, blueprint, choices);
      if (fault) return `"${word}" ${fault}`;
    }
    return null;
  };
const ipRange: Check = (value) => {
  const [from = '', to, ...more] = String(value).split('-');
  const good =
    more.length === 0 && (to === undefined ? isAddress(from.split('/')[0] ?? '') : isAddress(from) && isAddress(to));
  return good ? null : 'must be an address, a range a-b or a CIDR, such as 10.0.0.2-10.0.0.9';
};

const integer: Check = (value, blueprint) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return 'must be a whole number';
  return Array.isArray(blueprint.constraints) || !blueprint.constraints
    ? null
    : faultOfNumber(value, blueprint.constraints);
};

const oneOf =
  (what: string, names: (blueprint: PropertyBlueprint, choices: Choices) => string[]): Check =>
  (value, blueprint, choices) => {
    const known = names(blueprint, choices);
    if (typeof value === 'string' && known.includes(value)) return null;
    return `"${String(value)}" is not ${what}: choose ${known.length > 0 ? known.join(', ') : 'one after the director offers any'}`;
  };
const allOf =
  (check: Check): Check =>
  (value, blueprint, choices) => {
    if (!Array.isArray(value)) return 'must be a list';
    for (const name of value) {
      const fault = check(name, blueprint, choices);
      if (fault) return fault;
    }
    return new Set(value).size === value.length ? null : 'names one choice twice: name it once';
  };
const optionNames = (blueprint: PropertyBlueprint): string[] => blueprint.options.map((option) => option.name);
const anOption = oneOf('an option', optionNames);
const anAz = oneOf("an AZ of the director's list", (_, choices) => choices.azs);

const CHECKS: Record<PropertyType, Check> = {
  string: (value, blueprint, choices) =>
    anyText(value, blueprint, choices) ?? (/\n/.test(String(value)) ? 'must be one line' : null),
  text: anyText,
  secret: taken,
  integer,
  boolean: (value) => (typeof value === 'boolean' ? null : 'must be on or off'),
  dropdown_select: anOption,
  multi_select_options: allOf(anOption),
  selector: oneOf('an option', (blueprint) => blueprint.option_templates.map((option) => option.select_value)),
  collection: taken,
  simple_credentials: taken,
  salted_credentials: taken,
  rsa_cert_credentials: taken,
  rsa_pkey_credentials: taken,
  uuid: text(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be a UUID'),
  ca_certificate: (value) =>
    typeof value === 'string' && PEM_CERTIFICATES.test(value)
      ? null
      : 'must be certificates in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
  network_address: address,
  network_address_list: listOf((value, blueprint, choices) =>
    address(String(value).replace(/:\d+$/, ''), blueprint, choices),
  ),
  ip_address: ip,
  ip_ranges: listOf(ipRange),
  domain: host,
  wildcard_domain: text(new RegExp(`^\\*(\\.${LABEL})+$`), 'must be a wildcard domain, such as *.pks.example.com'),
  port: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535
      ? null
      : 'must be a port from 0 to 65535',
  http_url: url(['http', 'https']),
  ldap_url: (value, blueprint, choices) => {
    const one = url(['ldap', 'ldaps']);
    for (const word of String(value).split(/\s+/)) {
      const fault = one(word, blueprint, choices);
      if (fault) return `"${word}" ${fault}`;
    }
    return null;
  },
  email: text(/^[^@\s]+@[^@\s]+$/, 'must be an e-mail address'),
  smtp_authentication: oneOf('a way to log in', () => ['plain', 'login', 'cram_md5']),
  string_list: (value) => (splitList(value) ? null : 'must be a list separated by commas'),
  vm_type_dropdown: oneOf('a VM type', (_, choices) => [AUTOMATIC, ...choices.vmTypes.map((type) => type.name)]),
  disk_type_dropdown: oneOf('a disk type', (_, choices) => [AUTOMATIC, ...choices.diskTypes.map((type) => type.name)]),
  service_network_az_multi_select: allOf(anAz),
  service_network_az_single_select: anAz,
  stemcell_selector: anyText,
  network_dropdown: oneOf("a network of the director's list", (_, choices) =>
    choices.networks.map((network) => network.name),
  ),
};

function faultOfNumber(value: number, limits: NumberLimits): string | null {
  if (limits.zero_or_min !== undefined && value !== 0 && value < limits.zero_or_min)
    return `must be 0 or at least ${limits.zero_or_min}`;
  if (limits.min !== undefined && value < limits.min) return `must be at least ${limits.min}`;
  if (limits.max !== undefined && value > limits.max) return `must be at most ${limits.max}`;
  if (limits.modulo !== undefined && value % limits.modulo !== 0) return `must be a multiple of ${limits.modulo}`;
  if (limits.power_of_two && (value < 1 || !Number.isInteger(Math.log2(value)))) return 'must be a power of two';
  if (limits.can_only_be_odd_or_zero && value !== 0 && value % 2 === 0) return 'must be an odd number or 0';
  return null;
}

function faultOfRules(blueprint: PropertyBlueprint, value: unknown): string | null {
  if (!Array.isArray(blueprint.constraints) || typeof value !== 'string') return null;
  if (value.length > RULE_TEXT_MAX) return `must be at most ${RULE_TEXT_MAX} characters`;
  for (const rule of blueprint.constraints) {
    const good = 'must_match_regex' in rule ? ruleExpression(rule.must_match_regex).test(value) : isCron(value);
    if (!good) return rule.error_message;
  }
  return null;
}

/** A tile's rule as a JavaScript expression: `\A` and `\z` are the Ruby spelling of the ends. Throws SyntaxError. */
export const ruleExpression = (source: string): RegExp =>
  new RegExp(source.replaceAll('\\A', '^').replaceAll(/\\[zZ]/g, '$'));

const isCron = (value: string): boolean => /^(\S+\s+){4}\S+$/.test(value.trim()) && /^[\d\s*/,\-A-Za-z]+$/.test(value);

const blankToNull = (value: unknown): unknown => (isBlank(value) && !Array.isArray(value) ? null : value);
