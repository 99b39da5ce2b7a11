import type { Page } from '@playwright/test';

/** First-run set-up and log-in. */
export class EntryPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async setUp(person: { userName: string; password: string; passphrase: string }): Promise<void> {
    await this.page.goto('/');
    await this.page.getByLabel('Administrator').fill(person.userName);
    await this.page.getByLabel('Password', { exact: true }).fill(person.password);
    await this.page.getByLabel('Password again').fill(person.password);
    await this.page.getByLabel('Decryption passphrase', { exact: true }).fill(person.passphrase);
    await this.page.getByLabel('Decryption passphrase again').fill(person.passphrase);
    await this.page.getByRole('button', { name: 'Set up' }).click();
    await this.page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
  }

  async logIn(userName: string, password: string): Promise<void> {
    await this.page.goto('/login');
    await this.tryLogIn(userName, password);
    await this.page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
  }

  /** Sends the log-in form of the page that is open, whatever comes of it. */
  async tryLogIn(userName: string, password: string): Promise<void> {
    await this.page.getByLabel('User name or e-mail').fill(userName);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  async logOut(): Promise<void> {
    await this.page.locator('summary', { hasText: 'theme and log-out' }).click();
    await this.page.getByRole('button', { name: 'Log out' }).click();
    await this.page.waitForURL('**/login');
  }
}
