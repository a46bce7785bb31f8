import { Link } from '@tanstack/react-router';
import { PageHead } from '../parts/page.tsx';

export function NotFound() {
  return (
    <PageHead title="There is no such page">
      <p>
        <Link to="/">All runs</Link> are on the first page.
      </p>
    </PageHead>
  );
}
