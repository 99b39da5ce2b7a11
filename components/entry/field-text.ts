/** Text of a form control by its name; '' when absent. */
export function fieldText(sent: FormData, name: string): string {
  const value = sent.get(name);
  return typeof value === 'string' ? value : '';
}
