import { z } from 'zod';

/** Users, groups and clients: one store, shown by the console, SCIM and the token endpoints alike. */

export const UserName = z
  .string()
  .trim()
  .min(1, 'user name: give a user name')
  .max(255, 'user name: at most 255 characters')
  .regex(/^[\p{L}\p{N}+\-_.@'!]+$/u, "user name: letters, digits and + - _ . @ ' ! only");

export const Password = z
  .string()
  .min(8, 'password: at least 8 characters')
  .max(255, 'password: at most 255 characters');

export const Passphrase = z
  .string()
  .min(8, 'decryption passphrase: at least 8 characters')
  .max(255, 'decryption passphrase: at most 255 characters');

export const Email = z.string().trim().min(1, 'e-mail: give an address').max(255, 'e-mail: at most 255 characters');

/** First-run set-up: the administrator and the passphrase that wraps the vault key. */
export const SetUpRequest = z.strictObject({
  userName: UserName,
  email: Email.optional(),
  password: Password,
  passphrase: Passphrase,
});
export type SetUpRequest = z.infer<typeof SetUpRequest>;

export const SignInRequest = z.strictObject({
  userName: z.string().min(1, 'user name: give a user name').max(255),
  password: z.string().min(1, 'password: give a password').max(255),
});
export type SignInRequest = z.infer<typeof SignInRequest>;

export const NewUser = z.strictObject({
  userName: UserName,
  email: Email,
  password: Password,
  givenName: z.string().max(255).default(''),
  familyName: z.string().max(255).default(''),
  /** Display names of groups. */
  groups: z.array(z.string()).default([]),
});
export type NewUser = z.input<typeof NewUser>;

/** A user as pages, CLI and SCIM show it; times are ISO 8601. */
export type UserView = {
  id: string;
  userName: string;
  email: string;
  givenName: string;
  familyName: string;
  origin: string;
  active: boolean;
  verified: boolean;
  groups: { id: string; displayName: string }[];
  createdAt: string;
  updatedAt: string;
  passwordChangedAt: string;
  lastLogonAt: string | null;
  version: number;
};

export type GroupView = {
  id: string;
  displayName: string;
  description: string;
  /** Ids of the users in it. */
  members: string[];
  createdAt: string;
  updatedAt: string;
  version: number;
};

export const ISSUERS = ['opsman', 'director', 'pks'] as const;
/** Who signs a token; a token of one issuer is refused by the others. */
export type Issuer = (typeof ISSUERS)[number];

export type ClientView = {
  clientId: string;
  name: string;
  grantTypes: string[];
  scopes: string[];
  authorities: string[];
  redirectUris: string[];
  autoapprove: string[] | boolean;
  accessTokenSeconds: number;
  refreshTokenSeconds: number;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
};
