/** A ring of holders around a map. */
export const Logo = () => (
  <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="9.5" fill="none" stroke="var(--inuse)" strokeWidth="2.6" strokeDasharray="10.5 4.4" />
    <circle cx="12" cy="12" r="3.6" fill="var(--tobefree)" />
  </svg>
);
