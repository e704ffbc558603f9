// Pictures of the desk that are chosen for what is being written.

/** A picture made anew, as it is sent. */
export interface Attached {
  id: string;
  name: string;
  blob: Blob;
  taken: number | null;
}

export interface Attachment extends Attached {
  /** Its id at the server, once it is there. */
  seal: string | null;
  failed: boolean;
}
