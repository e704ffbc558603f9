/** Hands a text, or bytes, to the browser as a file to be kept. */
export function saveFile(
  name: string,
  content: string | Blob,
  type = "text/csv;charset=utf-8",
): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
