/* An error boundary: shows an error in the place of the failed part, while the rest of the page continues. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useEffect } from 'react';

interface GuardProps {
  /** the part's name for the user */
  readonly name: string;
  /** called before another try */
  readonly onRetry?: () => void;
  /** closes a sheet over the page */
  readonly onClose?: () => void;
  readonly children: ReactNode | (() => ReactNode);
}

interface GuardState {
  readonly failure: string | null;
}

export class Guard extends Component<GuardProps, GuardState> {
  override state: GuardState = { failure: null };

  static getDerivedStateFromError(error: unknown): GuardState {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  private readonly again = (): void => {
    this.props.onRetry?.();
    this.setState({ failure: null });
  };

  override render(): ReactNode {
    const { name, onClose, children } = this.props;
    const { failure } = this.state;
    if (failure === null) return typeof children === 'function' ? children() : children;
    return (
      <div className={onClose ? 'failed failed-sheet' : 'failed'} role="alert">
        <p>
          <b>{name} failed</b>
        </p>
        <p>{reasonOf(failure)}</p>
        {onClose && <ClosesByEscape onClose={onClose} />}
        <p>
          <button type="button" className="button" autoFocus={onClose !== undefined} onClick={this.again}>
            Try again
          </button>
          {onClose && (
            <button type="button" className="button" onClick={onClose}>
              Close
            </button>
          )}
        </p>
      </div>
    );
  }
}

/** Browsers and the loader word a missing network in many ways, with addresses that say nothing to the user. */
const NOT_FETCHED = /^(Unable to preload|Failed to fetch|error loading|Importing a module)/i;

const reasonOf = (failure: string): string =>
  NOT_FETCHED.test(failure) ? 'Its code could not be fetched. Is there a network?' : failure;

/** Closes a sheet that is not there, still loading or failed, by Escape: without its own dialog no other part would. */
function ClosesByEscape({ onClose }: { readonly onClose: () => void }) {
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') onClose();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [onClose]);
  return null;
}

interface LateOptions {
  /** shown while loading */
  readonly fallback?: ReactNode;
  readonly onClose?: () => void;
}

/** A component loaded when it is first shown, and again when the user retries after a failure. */
export function late<P extends object = object>(
  name: string,
  load: () => Promise<ComponentType<P>>,
  options: LateOptions = {},
): ComponentType<P> {
  const { onClose } = options;
  const fallback = options.fallback ?? (onClose ? <ClosesByEscape onClose={onClose} /> : null);
  const fetched = (): ComponentType<P> => lazy(async () => ({ default: await load() }));
  let Loaded = fetched();
  const fetchAgain = (): void => {
    Loaded = fetched();
  };
  return function Late(props: P) {
    return (
      <Guard name={name} onRetry={fetchAgain} onClose={onClose}>
        {() => (
          <Suspense fallback={fallback}>
            <Loaded {...props} />
          </Suspense>
        )}
      </Guard>
    );
  };
}
