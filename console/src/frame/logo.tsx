export const Logo = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" fill="var(--accent)" />
    <path
      d="M11 7v18M11 17c0-5 10-5 10 0v3a4 4 0 0 0 4 4"
      fill="none"
      stroke="var(--on-accent)"
      strokeWidth="3.2"
      strokeLinecap="round"
    />
  </svg>
);
