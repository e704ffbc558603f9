import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { i18n } from "../i18n/i18n";
import { Boundary } from "./Boundary";

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
          <div className="body">
            <Boundary part="dialog" name={() => i18n.t("打开的窗口")}>
              {children}
            </Boundary>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
