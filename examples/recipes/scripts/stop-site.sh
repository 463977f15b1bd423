#!/bin/sh
# Stands for what stops your server. Servers write down what they have when they are stopped.
echo 'the last orders' >./site/orders.txt
