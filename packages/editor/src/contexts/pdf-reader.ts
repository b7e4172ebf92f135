/** An open PDF, whose pages are drawn one at a time. */
export interface PdfFile {
  /** Number of pages. */
  readonly pageCount: number
  /**
   * Draws a page on a canvas, which gets the size of the page.
   *
   * @param page - From 1 to the number of pages.
   * @param widthPx - Width in pixels of the screen.
   */
  draw(page: number, canvas: HTMLCanvasElement, widthPx: number): Promise<void>
  /** Frees the memory of the file. */
  close(): void
}

/** Reads PDFs for previews of files and documents; `createPdfReader()` of `@tenon/editor/pdf` makes one. */
export interface PdfReader {
  /** Opens a PDF. Rejects if it cannot be read, such as one with a password. */
  open(content: Uint8Array): Promise<PdfFile>
}
