"""PyTorch's product of two large float32 matrices on one core: what native code gets out of it. Items are operations."""
import torch
from serve import serve

SIDE = 1024


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    left, right, product = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE), torch.empty(SIDE, SIDE)

    def multiply():
        torch.mm(left, right, out=product)
        return 2 * SIDE**3

    serve(f"PyTorch {torch.__version__}", {"multiply": multiply})


if __name__ == "__main__":
    main()
