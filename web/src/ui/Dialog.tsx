import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

export interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  testId?: string;
}

/** Opened only by a press, never by itself; Esc closes it. */
export function Dialog({ title, onClose, children, testId }: DialogProps) {
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="dlg">
        <AriaDialog data-testid={testId}>
          <div className="pt">
            <Heading slot="title">{title}</Heading>
          </div>
          <div className="body">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
