module perennial.lab/client

go 1.26.0
