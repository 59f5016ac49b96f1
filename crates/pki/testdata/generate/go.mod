module perennial/pki/testdata

go 1.26
