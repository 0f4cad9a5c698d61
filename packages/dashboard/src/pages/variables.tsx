export function VariablesPage() {
  return null;
}
