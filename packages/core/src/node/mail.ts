/** An email to send. */
export interface MailMessage {
  /** Address of the sender, such as `Acme <no-reply@acme.example>`. */
  readonly from: string
  /** Addresses of the recipients; 1 to 50 with those of `cc` and `bcc`. */
  readonly to: readonly string[]
  /** Addresses of further recipients. @defaultValue none */
  readonly cc?: readonly string[]
  /** Addresses of recipients whom the others do not see. @defaultValue none */
  readonly bcc?: readonly string[]
  /** Address for replies. @defaultValue the sender */
  readonly replyTo?: string
  /** Subject, one line. */
  readonly subject: string
  /** Body as plain text. @defaultValue none; a message needs a text or HTML */
  readonly text?: string
  /** Body as HTML. @defaultValue none */
  readonly html?: string
  /** Text of which the `Message-ID` is made, such as `idempotencyKey` of the context: equal texts give equal ids. */
  readonly idempotencyKey: string
}

/** Answer of the server that accepted an email. */
export interface SentMail {
  /** `Message-ID` of the email. */
  readonly messageId: string
  /** Addresses that the server accepted. */
  readonly accepted: readonly string[]
  /** Addresses that the server refused. */
  readonly rejected: readonly string[]
  /** Answers of the server to the addresses that it refused, in the order of `rejected`. */
  readonly refusals: readonly MailRefusal[]
}

/** Answer of a server that refused a recipient. */
export interface MailRefusal {
  /** Address of the recipient. */
  readonly address: string
  /** Status of the answer: 4xx asks for a later try, 5xx is final. */
  readonly status: number
  /** Text of the answer. */
  readonly answer: string
}

/** Client for the mail server of the connection that the node names, with its credentials. */
export interface MailClient {
  /**
   * Sends an email, to at least one of its recipients.
   *
   * @throws {@link TenonError} `MAIL_INVALID` for an address or a subject that an email cannot have; `MAIL_FAILED` if the
   * server cannot be reached or asks for a later try, which is retryable (details: `sent`, `false` if the server did
   * certainly not accept it); `MAIL_REFUSED` if it refuses the email for good (details: `status`); `MAIL_LOGIN_FAILED`;
   * `CONNECTION_REFUSED` for a node without a connection to a mail server.
   */
  send(message: MailMessage): Promise<SentMail>
}
