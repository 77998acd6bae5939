// Package e2ee gives a Matrix bot end-to-end encryption that it can be trusted with.
package e2ee
