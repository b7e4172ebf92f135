// The package brings no types of its own.
declare module 'jsdom' {
  /** Page that is parsed without running its scripts. */
  export class JSDOM {
    constructor(html: string)
    readonly window: Window
  }
}
