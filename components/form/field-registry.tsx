import type { ComponentType } from 'react';
import type { PropertyType } from '#model/property.ts';
import type { ControlProps } from './field-props.ts';
import { CertificateControl } from './fields/certificate-control.tsx';
import {
  AzsControl,
  BooleanControl,
  DropdownControl,
  MultiControl,
  OfferedControl,
  SmtpControl,
} from './fields/choice-control.tsx';
import { CollectionControl } from './fields/collection-control.tsx';
import { GeneratedControl, SecretControl, SimpleCredentialsControl } from './fields/credential-control.tsx';
import { SelectorControl } from './fields/selector-control.tsx';
import { NumberControl, TextAreaControl, TextControl } from './fields/text-control.tsx';

/** Control of each kind of blueprint: a new kind does not compile until it has one. */
export const FIELD_CONTROLS = {
  string: TextControl,
  text: TextAreaControl,
  secret: SecretControl,
  integer: NumberControl,
  boolean: BooleanControl,
  dropdown_select: DropdownControl,
  multi_select_options: MultiControl,
  selector: SelectorControl,
  collection: CollectionControl,
  simple_credentials: SimpleCredentialsControl,
  salted_credentials: GeneratedControl,
  rsa_cert_credentials: CertificateControl,
  rsa_pkey_credentials: GeneratedControl,
  uuid: TextControl,
  ca_certificate: TextAreaControl,
  network_address: TextControl,
  network_address_list: TextControl,
  ip_address: TextControl,
  ip_ranges: TextControl,
  domain: TextControl,
  wildcard_domain: TextControl,
  port: NumberControl,
  http_url: TextControl,
  ldap_url: TextControl,
  email: TextControl,
  smtp_authentication: SmtpControl,
  string_list: TextControl,
  vm_type_dropdown: OfferedControl,
  disk_type_dropdown: OfferedControl,
  service_network_az_multi_select: AzsControl,
  service_network_az_single_select: OfferedControl,
  stemcell_selector: TextControl,
  network_dropdown: OfferedControl,
} as const satisfies Record<PropertyType, ComponentType<ControlProps>>;

/** Kinds of more than one control: their label names a group. */
export const GROUPED: ReadonlySet<PropertyType> = new Set([
  'multi_select_options',
  'selector',
  'collection',
  'simple_credentials',
  'rsa_cert_credentials',
  'service_network_az_multi_select',
]);
