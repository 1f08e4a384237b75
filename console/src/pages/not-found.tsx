import { Link } from 'wouter';
import { useTitle } from '../frame/title.ts';

export function NotFound() {
  useTitle('Not found');
  return (
    <div className="page">
      <div className="empty">
        <h1>There is nothing here</h1>
        <p>The address is none of the console.</p>
        <Link className="button" href="/hooks">
          All hooks
        </Link>
      </div>
    </div>
  );
}
