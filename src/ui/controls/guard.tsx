/* What fails inside of it is told in its place, and the rest of the page goes on. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';

interface GuardProps {
  /** what the user knows the part by */
  readonly name: string;
  /** before another try */
  readonly onRetry?: () => void;
  /** a sheet over the page can be sent away */
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
  /** until it is here */
  readonly fallback?: ReactNode;
  readonly onClose?: () => void;
}

/** A part that is fetched when it is first shown, and fetched anew when that failed and the user tries again. */
export function late(name: string, load: () => Promise<ComponentType>, options: LateOptions = {}): ComponentType {
  const { fallback = null, onClose } = options;
  const fetched = () => lazy(async () => ({ default: await load() }));
  let Loaded = fetched();
  const fetchAgain = (): void => {
    Loaded = fetched();
  };
  return function Late() {
    return (
      <Guard name={name} onRetry={fetchAgain} onClose={onClose}>
        {() => (
          <Suspense fallback={fallback}>
            <Loaded />
          </Suspense>
        )}
      </Guard>
    );
  };
}
