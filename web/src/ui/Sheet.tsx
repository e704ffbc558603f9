import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { i18n } from "../i18n/i18n";
import { Boundary } from "./Boundary";

interface SheetProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  testId?: string;
}

/** A choice that rises from the bottom, within reach of the thumb. */
export function Sheet({ title, onClose, children, testId }: SheetProps) {
  return (
    <ModalOverlay
      className="veil low"
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className="sheet">
        <AriaDialog data-testid={testId}>
          <Heading slot="title">{title}</Heading>
          <Boundary part="dialog" name={() => i18n.t("打开的窗口")}>
            {children}
          </Boundary>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
