export default function NotFound() {
  return <h1>Nobody has handed that in.</h1>;
}
