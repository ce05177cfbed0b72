import { Component, type ReactNode } from 'react';

interface Props {
  children: ReactNode;
  /** What is shown in the place of what broke. */
  fallback: (error: unknown, retry: () => void) => ReactNode;
}

/** Keeps what breaks in one panel from taking the screen with it. */
export class ErrorBoundary extends Component<Props, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('unknown') };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return this.props.fallback(error, () => this.setState({ error: undefined }));
  }
}
