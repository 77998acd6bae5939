// Package matrixbot is a Matrix bot that loses nothing, leaks nothing and needs no C compiler.
package matrixbot
