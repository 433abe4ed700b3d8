/* A sheet over the page: a title, a way to close it, and Escape. */
import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import { dismissOverlay } from '../../page/store/overlay.ts';
import './sheet.css';

interface SheetProps {
  readonly title: string;
  readonly className?: string;
  /** where typing begins; else on Close */
  readonly focus?: RefObject<HTMLElement | null>;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}

export function Sheet({ title, className = '', focus, onClose = dismissOverlay, children }: SheetProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={`key-sheet sheet ${className}`} initialFocus={focus}>
          <Dialog.Title className="sheet-title">{title}</Dialog.Title>
          <Dialog.Close className="button">Close</Dialog.Close>
          <div className="sheet-body">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
