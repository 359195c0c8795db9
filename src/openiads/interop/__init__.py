"""Room: interop. Other tools' formats: runs go out, recorded public data come in. One file or small package per format."""
