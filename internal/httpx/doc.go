// Package httpx is the one HTTP stack under the SDK's API clients. From the
// outside in, a call gets a deadline, an address that no caller's text can bend,
// credentials for the API's own origin only, retries where repeating is safe,
// and an answer of bounded size whose status survives whatever its body is.
//
// What may be repeated is decided by one question: can the server have acted on
// the request? GET and HEAD are repeated after connection errors, 429 and 5xx.
// Everything else is repeated only when it surely was not processed: after 429,
// or when no connection came about. All other failures are returned with
// [TransportError.Sent] set, and the caller knows that it does not know.
package httpx
