/* An error boundary: shows an error in the place of the failed part, while the rest of the page continues. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';

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
        <p>{failure}</p>
        <p>
          <button type="button" className="button" onClick={this.again}>
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
  const { fallback = null, onClose } = options;
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
